"""The same three lines as in every project; its stack files have the rest."""

from tenancy_components.program import main

main()
