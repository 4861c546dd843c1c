"""ldap3 uses names that pyasn1 calls deprecated: it is imported here, before anything in this package, where that is no error."""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import ldap3

__all__ = ["ldap3"]
