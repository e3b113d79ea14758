from tenancy_components.program import main

main()
