"""All talk with API servers. Only ``client`` imports the ``kubernetes`` package, and late."""
