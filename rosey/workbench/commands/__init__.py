"""The commands of `%rosey`, a file for each family of them."""
