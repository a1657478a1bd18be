"""The operator's admin: tables to look at. Nothing is added, changed or deleted here."""

from django.contrib import admin

admin.site.site_header = "Sluice, for the operator"
admin.site.site_title = "Sluice"
admin.site.index_title = "Tables, read-only"
