import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'

/** Highest precedence first; variables of the environment take precedence over all of them. */
export function envFileNames(env: string): string[] {
  return [`.env.${env}.local`, '.env.local', `.env.${env}`, '.env']
}

/** The environment of the application's process: this process's, completed from the `.env` files of its folder. */
export function childEnv(
  root: string,
  env: string,
  base: Readonly<Record<string, string | undefined>> = process.env,
): Record<string, string | undefined> {
  const files = envFileNames(env).map(name => readEnvFile(join(root, name)))
  const filled = files.reduceRight<Record<string, string | undefined>>((all, file) => Object.assign(all, file), {})
  // Libraries know three environment names; a custom one is passed to them as development.
  const known = ['development', 'test', 'production'].includes(env)
  return { ...filled, ...base, ARLEN_ENV: env, NODE_ENV: known ? env : (base.NODE_ENV ?? 'development') }
}

function readEnvFile(file: string): Record<string, string | undefined> {
  try {
    return parseEnv(readFileSync(file, 'utf8'))
  } catch {
    return {} // most of these files do not exist
  }
}
