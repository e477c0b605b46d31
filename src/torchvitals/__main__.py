"""`python -m torchvitals`."""

from torchvitals.cli import main

main()
