// All of @arlen/view, for generated code and applications that depend on `arlen` alone.
export * from '@arlen/view'
