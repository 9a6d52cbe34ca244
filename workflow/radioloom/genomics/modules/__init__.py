"""Gene modules: the methods that find them, one file each."""
