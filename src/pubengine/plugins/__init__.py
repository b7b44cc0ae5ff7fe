"""The plugins that every site gets: each one file, each written as anybody would write one."""
