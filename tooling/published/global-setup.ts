import type { TestProject } from 'vitest/node'
import { type Registry, startRegistry } from '../registry/registry.ts'
import { publishAll } from './published.ts'

declare module 'vitest' {
  interface ProvidedContext {
    registry: Pick<Registry, 'url' | 'env'>
  }
}

/** One registry for all files, with everything published. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const registry = await startRegistry()
  try {
    await publishAll(registry)
  } catch (error) {
    await registry.close()
    throw error
  }
  project.provide('registry', { url: registry.url, env: registry.env })
  return () => registry.close()
}
