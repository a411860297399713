"""The tests, and what they run against: a loopback API server, kubeconfigs, a keyring."""
