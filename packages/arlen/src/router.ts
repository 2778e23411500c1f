// All of @arlen/router, for generated code and applications that depend on `arlen` alone.
export * from '@arlen/router'
