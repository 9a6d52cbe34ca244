"""Statistics on arrays: agreement, ranks, multiple testing, bootstrap, harmonisation; nothing of images or studies."""
