import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { isAbsolute, join } from 'node:path'
import type { Diagnostic } from '@arlen/core'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { diagnose, type Redact } from '@arlen/error-report'

/** What {@link typecheck} checks. */
export interface TypecheckOptions {
  /** The folder of the application. */
  root: string
  /** Takes secrets out of what the compiler prints. */
  redact: Redact
}

const OPTIONS: OptionTable<TypecheckOptions> = {
  root: option.required(option.text),
  redact: option.required(option.func),
}

const COMMAND = 'tsc --noEmit'
/** More type errors than this usually have one common cause. */
const MAX_ERRORS = 50
const MAX_OUTPUT = 2_000_000

/**
 * Checks the types of the application with its own TypeScript, incrementally.
 *
 * @param signal - stops the compiler; the result is then empty
 * @returns no diagnostics if there are no errors, or if TypeScript or tsconfig.json is missing
 * @throws ArlenError `option_unknown`, `option_invalid`
 */
export async function typecheck(options: TypecheckOptions, signal: AbortSignal): Promise<readonly Diagnostic[]> {
  const { root, redact } = readOptions('typecheck()', options, OPTIONS)
  const compiler = findCompiler(root)
  if (!compiler || !existsSync(join(root, 'tsconfig.json'))) return []
  const args = ['--noEmit', ...incremental(root), '--pretty', 'false', '-p', 'tsconfig.json']
  const { code, output } = await run([compiler, ...args], root, signal)
  if (signal.aborted || code === 0) return []
  const found = parseTscOutput(output)
  if (found.length === 0) return [failure(code, output)]
  const errors = ownFirst(found)
    .slice(0, MAX_ERRORS)
    .map(error => ({ ...error, command: COMMAND, exitCode: code ?? 1 }))
  const mapped = errors.some(error => error.file?.includes('.ets.')) ? await mapTemplates(errors, root) : errors
  return mapped.flatMap(error => diagnose({ diagnostics: [error] }, { root, redact }))
}

/** Makes the check incremental, if there is a folder to store the state in. */
function incremental(root: string): string[] {
  const folder = join(root, '.arlen', 'cache')
  try {
    mkdirSync(folder, { recursive: true })
    return ['--incremental', '--tsBuildInfoFile', join(folder, 'typecheck.tsbuildinfo')]
  } catch {
    return [] // read-only folder
  }
}

function run(args: readonly string[], cwd: string, signal: AbortSignal) {
  const { promise, resolve } = Promise.withResolvers<{ code: number | null; output: string }>()
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], signal, killSignal: 'SIGKILL' })
  let output = ''
  const collect = (chunk: Buffer) => {
    if (output.length < MAX_OUTPUT) output += chunk.toString()
  }
  child.stdout!.on('data', collect)
  child.stderr!.on('data', collect)
  child.once('error', error => resolve({ code: null, output: error.message }))
  child.once('close', code => resolve({ code, output }))
  return promise
}

/** Path of `tsc` in the TypeScript package that the application has installed. */
export function findCompiler(root: string): string | undefined {
  try {
    const manifest = createRequire(join(root, 'package.json')).resolve('typescript/package.json')
    const { bin } = JSON.parse(readFileSync(manifest, 'utf8')) as { bin: { tsc: string } }
    return join(manifest, '..', bin.tsc)
  } catch {
    return undefined // the application does not use TypeScript
  }
}

function failure(exitCode: number | null, output: string): Diagnostic {
  return {
    stage: 'typecheck',
    severity: 'error',
    message: 'The type check itself failed',
    command: COMMAND,
    ...(exitCode !== null && { exitCode }),
    output: output.trim().slice(0, 4_000),
  }
}

/** Maps errors in modules compiled from templates to the templates. */
async function mapTemplates(errors: readonly Diagnostic[], root: string): Promise<readonly Diagnostic[]> {
  const { mapDiagnostic } = await import('@arlen/view')
  return errors.map(error =>
    error.file === undefined ? error : mapDiagnostic({ ...error, file: join(root, error.file) }),
  )
}

/**
 * Parses the output of `tsc --pretty false`: `src/a.ts(3,7): error TS2322: …`, continuation lines indented below it, and
 * configuration errors without a location.
 */
export function parseTscOutput(output: string): Diagnostic[] {
  const found: Diagnostic[] = []
  for (const line of output.split(/\r?\n/)) {
    const placed = /^(\S.*?)\((\d+),(\d+)\): (error|warning) (TS\d+): (.*)$/.exec(line)
    const bare = placed ? undefined : /^(error|warning) (TS\d+): (.*)$/.exec(line)
    const last = found.at(-1)
    if (placed) {
      const [, file, row, column, severity, code, message] = placed
      found.push({
        ...diagnostic(severity!, code!, message!),
        file: file!,
        line: Number(row),
        column: Number(column),
      })
    } else if (bare) found.push(diagnostic(bare[1]!, bare[2]!, bare[3]!))
    else if (last && /^\s+\S/.test(line)) last.message += `\n${line}`
  }
  return found
}

/**
 * Puts errors in the application's own files before those in files outside its folder and in packages. The compiler sorts by
 * path, so errors in a linked package could come first, or crowd out the application's.
 */
export function ownFirst(errors: readonly Diagnostic[]): Diagnostic[] {
  return errors.toSorted((a, b) => Number(isOutside(a)) - Number(isOutside(b)))
}

/** The compiler prints paths relative to the application's folder. */
function isOutside({ file }: Diagnostic): boolean {
  return (
    file !== undefined && (/^\.\.[/\\]/.test(file) || isAbsolute(file) || /(?:^|[/\\])node_modules[/\\]/.test(file))
  )
}

function diagnostic(severity: string, code: string, message: string): Diagnostic {
  return { stage: 'typecheck', severity: severity as Diagnostic['severity'], code, message }
}
