"""The operator's admin: tables to look at. Nothing is added, changed or deleted here.

Only the tables that are imported here are shown: what other packages would register by
themselves (groups, verified addresses) has services of its own.
"""

from django.contrib import admin

import accounts.admin  # noqa: F401 - registers its tables

site = admin.site
site.site_header = "Sluice, for the operator"
site.site_title = "Sluice"
site.index_title = "Tables, read-only"
