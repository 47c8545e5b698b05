import { defineConfig } from "vite";

// The page is served by the Go server; `npm run dev` proxies to one that runs.
const server = process.env.KARTELA_DEV_SERVER ?? "http://127.0.0.1:8080";

export default defineConfig({
  build: {
    target: "es2022",
    // Every asset is a file of its own: the content security policy allows no data: URLs.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
  server: {
    proxy: { "/graphql": { target: server, ws: true, changeOrigin: true } },
  },
});
