"""The same three lines as everywhere: what there is, the stack files say."""

from tenancy_components.program import main

main()
