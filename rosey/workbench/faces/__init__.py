"""How what is returned is shown: as text and as HTML, of the same facts."""
