"""The product as its users meet it: the installed plugin, run by the real kubectl."""
