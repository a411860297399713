"""The parts that stores are made of; no module in this folder is a store."""
