"""What tests of pages share: a site with one of everything, and checks of what formats ask for."""
