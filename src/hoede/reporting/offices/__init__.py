"""One file for each authority there is: what it is, how something is handed to it, and when it is due."""
