import { defineConfig } from "vite";

// GraphiQL's style sheet carries its fonts as data: URLs, two thirds of all that would be
// sent. The system's own do, and the content security policy needs no data: fonts.
const withoutFonts = {
  name: "without-fonts",
  enforce: "pre",
  transform: (code, id) => (id.endsWith("style.css") ? code.replace(/@font-face\s*{[^}]*}/g, "") : undefined),
};

export default defineConfig({
  plugins: [withoutFonts],
  base: "/graphiql/",
  build: {
    target: "es2022",
    // Every asset is a file of its own: the content security policy allows no data: URLs.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 2000,
    rolldownOptions: {
      // React's "use client" says nothing to a browser.
      onwarn: (warning, show) => warning.code === "MODULE_LEVEL_DIRECTIVE" || show(warning),
    },
  },
});
