"""How other programs name what they measure."""
