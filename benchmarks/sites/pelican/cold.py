"""Settings for Pelican."""

SITENAME = "A Measured Blog"
SITESUBTITLE = "Posts that nobody wrote, for measuring how long it takes to publish them."
SITEURL = "https://blog.example"
AUTHOR = "Nobody"
DEFAULT_LANG = "en"
TIMEZONE = "UTC"

PATH = "content"
ARTICLE_PATHS = ["posts"]
PAGE_PATHS = ["pages"]
STATIC_PATHS: list[str] = []
OUTPUT_PATH = "public"
THEME = "theme"
THEME_STATIC_DIR = "assets"
DEFAULT_CATEGORY = "posts"
USE_FOLDER_AS_CATEGORY = False

ARTICLE_URL = "{date:%Y}/{date:%m}/{slug}/"
ARTICLE_SAVE_AS = "{date:%Y}/{date:%m}/{slug}/index.html"
PAGE_URL = "{slug}/"
PAGE_SAVE_AS = "{slug}/index.html"
TAG_URL = "tags/{slug}/"
TAG_SAVE_AS = "tags/{slug}/index.html"
TAGS_SAVE_AS = "tags/index.html"
ARCHIVES_SAVE_AS = "archive/index.html"
YEAR_ARCHIVE_SAVE_AS = "{date:%Y}/index.html"
MONTH_ARCHIVE_SAVE_AS = "{date:%Y}/{date:%m}/index.html"
DAY_ARCHIVE_SAVE_AS = "{date:%Y}/{date:%m}/{date:%d}/index.html"
CATEGORY_SAVE_AS = CATEGORIES_SAVE_AS = AUTHOR_SAVE_AS = AUTHORS_SAVE_AS = ""

DIRECT_TEMPLATES = ["index", "tags", "archives", "sitemap", "404", "robots"]
SITEMAP_SAVE_AS = "sitemap.xml"
ROBOTS_SAVE_AS = "robots.txt"
PAGINATED_TEMPLATES = {"index": 10, "tag": 50}
DEFAULT_PAGINATION = 10

FEED_MAX_ITEMS = 20
FEED_ALL_ATOM = "atom.xml"
TAG_FEED_ATOM = "tags/{slug}/atom.xml"
CATEGORY_FEED_ATOM = TRANSLATION_FEED_ATOM = AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = None

TYPOGRIFY = False
CACHE_CONTENT = False
LOAD_CONTENT_CACHE = False
