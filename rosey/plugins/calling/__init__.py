"""How plugin code is called: whose it is, in which task, for how long, and how it fails."""
