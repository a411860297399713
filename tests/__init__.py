"""The tests, and the doubles they stand on: a loopback API server, kubeconfigs, a keyring."""
