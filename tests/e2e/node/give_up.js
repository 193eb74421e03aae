// A fetch that is given up when SIGUSR2 comes. The argument is the URL.
"use strict";
const controller = new AbortController();
process.on("SIGUSR2", () => controller.abort());
fetch(process.argv[2], { signal: controller.signal }).catch((error) => console.log(`gave up: ${error.name}`));
