import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const server = process.env.GATEBOOK_DEV_SERVER ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react()],
  build: {
    target: "es2023",
    // `light-dark()` and nesting stay as written: every browser that can open a camera for us has them.
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    // The page's content security policy allows no data: fonts or scripts.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 800,
  },
  server: {
    proxy: {
      "/api": server,
      "/socket.io": { target: server, ws: true },
    },
  },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
});
