# Puts the Node.js that the set-up fetched first, where the system's is missing or too old for the web build.
node_is_new_enough() {
  node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null \
    && npm --version >/dev/null 2>&1
}
if ! node_is_new_enough && [ -x .deps/node/bin/node ]; then
  PATH="$PWD/.deps/node/bin:$PATH"
  export PATH
fi
