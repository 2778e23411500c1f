import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'
import { importHint } from './import-hint.ts'
import { findSpecifier } from './import-site.ts'

/** How a module was named, and in which. */
interface Naming {
  specifier: string
  parent: string | undefined
}

interface Place {
  file: string
  line: number
  column?: number
}

/** Watches what is loaded in the application's process, for the places that errors of loading do not tell. */
export class LoadedModules {
  #files = new Set<string>()
  #last: string[] = []
  #namedBy = new Map<string, Naming>()
  #unresolved: (Naming & { error: unknown }) | undefined

  constructor() {
    registerHooks({
      resolve: (specifier, context, next) => {
        try {
          const resolved = next(specifier, context)
          this.#namedBy.set(resolved.url, { specifier, parent: context.parentURL })
          return resolved
        } catch (error) {
          this.#unresolved = { error, specifier, parent: context.parentURL }
          throw error
        }
      },
      load: (url, context, next) => {
        if (url.startsWith('file:')) {
          const file = fileURLToPath(url.replace(/[?#].*$/, ''))
          this.#files.add(file)
          this.#last.push(file)
          if (this.#last.length > 20) this.#last.shift()
        }
        return next(url, context)
      },
    })
  }

  /** Paths of every module loaded so far. */
  get files(): string[] {
    return [...this.#files]
  }

  /** Where an error of loading lies, when its own stack does not say. */
  placeOf(error: unknown): Place | undefined {
    const { specifier, parent } = this.#namingOf(error) ?? {}
    if (specifier !== undefined && parent?.startsWith('file:')) {
      const file = fileURLToPath(parent)
      return { file, ...(findSpecifier(read(file), specifier) ?? { line: 1 }) }
    }
    const syntax = chainOf(error).find(each => each instanceof SyntaxError)
    return syntax && !/^\S+:\d+\n/.test(syntax.stack ?? '') ? this.#placeOfSyntaxError(syntax) : undefined
  }

  /** What was probably meant by an import of what is not there. */
  hintFor(error: unknown): string | undefined {
    const { specifier, parent } = this.#namingOf(error) ?? {}
    return specifier !== undefined && parent?.startsWith('file:')
      ? importHint(specifier, fileURLToPath(parent))
      : undefined
  }

  #namingOf(error: unknown): Naming | undefined {
    if (this.#unresolved && chainOf(error).includes(this.#unresolved.error)) return this.#unresolved
    const builtin = error instanceof Error ? /^No such built-in module: (node:\S+)$/.exec(error.message) : undefined
    return builtin ? this.#namedBy.get(builtin[1]!) : undefined
  }

  /** Node tells the place of such an error only when it prints it: so it is asked to check the latest files again. */
  #placeOfSyntaxError(error: SyntaxError): Place | undefined {
    const json = /^(.+\.json): .*\(line (\d+) column (\d+)\)/.exec(error.message)
    if (json) return { file: json[1]!, line: Number(json[2]), column: Number(json[3]) }
    for (const file of this.#last
      .toReversed()
      .filter(file => /\.[cm]?js$/.test(file))
      .slice(0, 6)) {
      const checked = spawnSync(process.execPath, ['--check', file], { encoding: 'utf8', timeout: 5_000 })
      if (checked.status === 0) continue
      const [, line] = /:(\d+)\n/.exec(checked.stderr) ?? []
      const caret = checked.stderr.split('\n').find(text => /^\s*\^+\s*$/.test(text))
      if (line === undefined) continue
      return { file, line: Number(line), ...(caret !== undefined && { column: caret.indexOf('^') + 1 }) }
    }
    return undefined
  }
}

/** An error and what caused it. */
function chainOf(error: unknown): unknown[] {
  const chain: unknown[] = []
  for (let at = error; at !== undefined && chain.length < 8; at = at instanceof Error ? at.cause : undefined)
    chain.push(at)
  return chain
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return '' // gone since: there is no place in it
  }
}
