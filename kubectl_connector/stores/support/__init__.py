"""What the stores are made of; no module in here is a store."""
