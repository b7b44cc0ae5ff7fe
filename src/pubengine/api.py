"""The one module that a plugin imports: everything here stays as it is within a major version."""

from pubengine.command import Command
from pubengine.dates import Moment, parse_moment
from pubengine.diagnostics import Diagnostic, Severity, error, warning
from pubengine.errors import ContentError
from pubengine.fields import read_post
from pubengine.files import SiteFiles
from pubengine.front_matter import FrontMatter, split_front_matter
from pubengine.hookspecs import hookimpl, impure
from pubengine.model import Card, Page, Post, Site, Source
from pubengine.paginate import Part, paginate
from pubengine.permalinks import output_path, problem_with_name, url_of
from pubengine.sanitize import SAFE_ATTRIBUTES, SAFE_SCHEMES, harmful, leads_safely, sanitize, swallowing
from pubengine.settings import Link, SiteConfig
from pubengine.slugs import slugify
from pubengine.text import position
from pubengine.view import View
from pubengine.wording import format_date, locale_of, month_name
from pubengine.xml_text import to_xml

__all__ = [
    "SAFE_ATTRIBUTES",
    "SAFE_SCHEMES",
    "Card",
    "Command",
    "ContentError",
    "Diagnostic",
    "FrontMatter",
    "Link",
    "Moment",
    "Page",
    "Part",
    "Post",
    "Severity",
    "Site",
    "SiteConfig",
    "SiteFiles",
    "Source",
    "View",
    "error",
    "format_date",
    "harmful",
    "hookimpl",
    "impure",
    "leads_safely",
    "locale_of",
    "month_name",
    "output_path",
    "paginate",
    "parse_moment",
    "position",
    "problem_with_name",
    "read_post",
    "sanitize",
    "slugify",
    "split_front_matter",
    "swallowing",
    "to_xml",
    "url_of",
    "warning",
]
