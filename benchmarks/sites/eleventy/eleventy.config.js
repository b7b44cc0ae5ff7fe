// Configuration for Eleventy.
import highlight from "@11ty/eleventy-plugin-syntaxhighlight";

const chunks = (list, size) =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, number) => list.slice(number * size, (number + 1) * size));

const newestFirst = (api) => api.getFilteredByGlob("content/posts/**/*.md").reverse();

// Posts by the first characters of their dates: 4 for years, 7 for months, 10 for days.
const byDate = (length) => (api) => {
  const groups = new Map();
  for (const post of newestFirst(api)) {
    const key = post.date.toISOString().slice(0, length);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(post);
  }
  return [...groups].map(([key, posts]) => ({ key, address: `/${key.replaceAll("-", "/")}/`, posts }));
};

const byTag = (api) => {
  const tags = new Map();
  for (const post of newestFirst(api)) {
    for (const tag of post.data.tags) {
      if (!tags.has(tag)) tags.set(tag, []);
      tags.get(tag).push(post);
    }
  }
  return [...tags].sort().map(([name, posts]) => ({ name, count: posts.length, posts }));
};

export default function (config) {
  config.addPlugin(highlight);
  config.addPassthroughCopy("content/style.css");
  config.addPassthroughCopy("content/icon.svg");
  config.addCollection("blog", newestFirst);
  config.addCollection("years", byDate(4));
  config.addCollection("months", byDate(7));
  config.addCollection("days", byDate(10));
  config.addCollection("byTag", byTag);
  config.addCollection("tagPages", (api) =>
    byTag(api).flatMap(({ name, count, posts }) => {
      const parts = chunks(posts, 50);
      return parts.map((some, number) => ({ name, count, posts: some, number, last: parts.length - 1 }));
    }),
  );
  // The filter of Eleventy for this looks through all posts for each one.
  config.addCollection("neighbours", (api) => {
    const posts = newestFirst(api);
    return Object.fromEntries(
      posts.map((post, number) => [post.inputPath, { newer: posts[number - 1], older: posts[number + 1] }]),
    );
  });
  const words = (options) => {
    const format = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", ...options });
    return (date) => format.format(date);
  };
  config.addFilter("iso", (date) => date.toISOString());
  config.addFilter("day", (date) => date.toISOString().slice(0, 10));
  config.addFilter("dayPath", (date) => `/${date.toISOString().slice(0, 10).replaceAll("-", "/")}/`);
  config.addFilter("longDate", words({ day: "numeric", month: "long", year: "numeric" }));
  config.addFilter("shortDate", words({ day: "numeric", month: "short", year: "numeric" }));
  config.addFilter("time", words({ hour: "2-digit", minute: "2-digit" }));
  config.addFilter("description", (html) => html.replace(/<[^>]*>/g, "").slice(0, 220));
  config.addFilter("first", (list, count) => list.slice(0, count));
  return {
    dir: { input: "content", output: "public" },
    // Posts hold no template code: Markdown alone is faster.
    markdownTemplateEngine: false,
    htmlTemplateEngine: "njk",
  };
}
