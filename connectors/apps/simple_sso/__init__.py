"""`simple_sso`: the server that brokers of php-simple-sso and its relatives talk to.

settings.py is what an operator enters; proofs.py judges what a broker proves; attached.py keeps which browser a broker's token belongs to;
answers.py are the protocol's own words; kind.py is the contract.
"""
