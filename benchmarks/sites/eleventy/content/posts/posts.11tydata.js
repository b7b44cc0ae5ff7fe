// Of all posts.
export default {
  layout: "post.njk",
  permalink: ({ page }) => `/${page.date.toISOString().slice(0, 7).replace("-", "/")}/${page.fileSlug}/`,
};
