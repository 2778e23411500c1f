// All of @arlen/pg, for generated code and applications that depend on `arlen` alone.
export * from '@arlen/pg'
