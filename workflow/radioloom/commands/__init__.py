"""The commands of `radioloom`, one file each."""
