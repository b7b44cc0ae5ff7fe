"""Settings for Nikola."""

BLOG_TITLE = "A Measured Blog"
BLOG_DESCRIPTION = "Posts that nobody wrote, for measuring how long it takes to publish them."
BLOG_AUTHOR = "Nobody"
BLOG_EMAIL = "nobody@blog.example"
SITE_URL = "https://blog.example/"
DEFAULT_LANG = "en"
TIMEZONE = "UTC"
THEME = "base"

POSTS = (("posts/*.md", "", "post.tmpl"),)
PAGES = (("pages/*.md", "", "page.tmpl"),)
COMPILERS = {"markdown": [".md"]}
OUTPUT_FOLDER = "public"
PRETTY_URLS = True
# Links are rooted in the sources already; "rel_path", the default, would work them out for each page.
URL_TYPE = "full_path"
NAVIGATION_LINKS = {DEFAULT_LANG: (("/", "Home"), ("/about/", "About"), ("/archive/", "Archive"), ("/tags/", "Tags"))}

INDEX_DISPLAY_POST_COUNT = 10
CREATE_MONTHLY_ARCHIVE = True
CREATE_DAILY_ARCHIVE = True
CREATE_FULL_ARCHIVES = True
ARCHIVE_PATH = "archive"
ARCHIVE_FILENAME = "index.html"
TAG_PATH = "tags"
ENABLE_AUTHOR_PAGES = False
WARN_ABOUT_TAG_METADATA = False

GENERATE_RSS = True
GENERATE_ATOM = False
FEED_LENGTH = 20
FEED_TEASERS = False
SHOW_SOURCELINK = False
COPY_SOURCES = False
COMMENT_SYSTEM = ""
USE_BUNDLES = False
USE_CDN = False
