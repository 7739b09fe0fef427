"""A bot that is served: it runs in a kernel of its own process, to which notebooks attach."""
