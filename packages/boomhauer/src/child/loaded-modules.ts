import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { dirname, resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { isInstalled, type SourceLocation } from '@arlen/core/stack'
import { stampOf } from '../watch/stamp.ts'
import { findTopLevel } from './find-await.ts'
import { findSpecifier } from './find-import.ts'
import { findJsonError } from './find-json-error.ts'
import { importHint, moduleTypeHint, packageHint } from './import-hint.ts'
import { locateSyntaxError, syntaxHint } from './locate-syntax-error.ts'
import { NeighborModules } from './neighbor-modules.ts'

/** Time limit for the namespace of a module that has been evaluated. */
const PENDING_MS = 20

/** How a module was referred to, and by which module. */
interface Naming {
  specifier: string
  parent: string | undefined
}

/** Records which modules are loaded, to locate load errors that carry no location. */
export class LoadedModules {
  #files = new Map<string, string>()
  /** The application's own modules by URL. */
  #urls = new Map<string, string>()
  #namedBy = new Map<string, Naming>()
  readonly #neighbors = new NeighborModules()
  #unresolved: (Naming & { error: unknown }) | undefined

  /** @param onLoad - called for each module */
  constructor(onLoad?: () => void) {
    registerHooks({
      resolve: (specifier, context, next) => {
        try {
          const resolved = this.#neighbors.resolve(specifier, context) ?? next(specifier, context)
          this.#neighbors.learn(specifier, context, resolved)
          this.#followLink(specifier, context.parentURL, resolved.url)
          this.#namedBy.set(resolved.url, { specifier, parent: context.parentURL })
          return resolved
        } catch (error) {
          this.#unresolved = { error, specifier, parent: context.parentURL }
          this.#miss(specifier, context.parentURL)
          throw error
        }
      },
      load: (url, context, next) => {
        if (url.startsWith('file:')) {
          const file = fileURLToPath(url.split(/[?#]/, 1)[0]!)
          // Installed packages change by installation, which is detected separately.
          if (!isInstalled(file)) this.#files.set(file, stampOf(file))
          onLoad?.()
          if (/\.[cm]?[jt]s$/.test(file) && !isInstalled(file)) this.#urls.set(url, file)
        }
        try {
          return next(url, context)
        } catch (error) {
          // JSON without an attribute, a style sheet: the mistake is in the module that imports it.
          const naming = this.#namedBy.get(url)
          if (naming) this.#unresolved = { error, ...naming }
          throw error
        }
      },
    })
  }

  /** Paths of every module loaded so far, with the stamps they had, and of missing ones. */
  get files(): ReadonlyMap<string, string> {
    return this.#files
  }

  /** A module behind a link depends on where the link leads, too: its path through the link is followed beside the real one. */
  #followLink(specifier: string, parent: string | undefined, url: string): void {
    if (!/^\.{0,2}\//.test(specifier) || !parent?.startsWith('file:') || !url.startsWith('file:')) return
    const named = new URL(specifier, parent)
    if (named.href === url || named.pathname === new URL(url).pathname) return
    const file = fileURLToPath(named)
    if (!isInstalled(file)) this.#files.set(file, stampOf(file))
  }

  /** A missing module is watched for, wherever it is. */
  #miss(specifier: string, parent: string | undefined): void {
    if (!/^\.{0,2}\//.test(specifier) || !parent?.startsWith('file:')) return
    this.#files.set(resolve(dirname(fileURLToPath(parent.split(/[?#]/, 1)[0]!)), specifier), '')
  }

  /** The top-level `await` that the loading of the application waits for. */
  async pendingAwait(root: string): Promise<SourceLocation | undefined> {
    // Modules are loaded before those they import, and evaluated after them.
    for (const [url, file] of [...this.#urls].reverse()) {
      if (!file.startsWith(`${root}/`) || !(await isPending(url))) continue
      const position = findTopLevel('await', read(file))
      if (position) return { file, ...position }
    }
    return undefined
  }

  /** Where the application threw something without a stack trace while it was loaded: the first module that failed with it. */
  async thrownAt(root: string, thrown: unknown): Promise<SourceLocation | undefined> {
    for (const [url, file] of [...this.#urls].reverse()) {
      if (!file.startsWith(`${root}/`) || !(await hasThrown(url, thrown))) continue
      return { file, ...(findTopLevel('throw', read(file)) ?? { line: 1 }) }
    }
    return undefined
  }

  /** The location of a load error whose stack does not reveal it. */
  locate(error: unknown): SourceLocation | undefined {
    const manifest = chainOf(error).map(brokenManifest).find(Boolean)
    if (manifest !== undefined) return { file: manifest, ...(findJsonError(read(manifest)) ?? { line: 1 }) }
    const { specifier, parent } = this.#namingOf(error) ?? {}
    if (specifier !== undefined && parent?.startsWith('file:')) {
      const file = fileURLToPath(parent)
      return { file, ...(findSpecifier(read(file), specifier) ?? { line: 1 }) }
    }
    const syntax = chainOf(error).find((each): each is SyntaxError => each instanceof SyntaxError)
    return syntax && !/^\S+:\d+\n/.test(syntax.stack ?? '')
      ? locateSyntaxError(syntax, [...this.#files.keys()])
      : undefined
  }

  /**
   * The module or package that a failed import probably meant, what makes modules of CommonJS, or what Node.js does not compile.
   *
   * @param at - what `locate()` found
   */
  hintFor(error: unknown, root: string, at: SourceLocation | undefined): string | undefined {
    const { specifier, parent } = this.#namingOf(error) ?? {}
    if (specifier !== undefined && parent?.startsWith('file:')) {
      const isMissing = (error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND'
      return importHint(specifier, fileURLToPath(parent)) ?? (isMissing ? packageHint(specifier, root) : undefined)
    }
    return chainOf(error).map(moduleTypeHint).find(Boolean) ?? (at && syntaxHint(at))
  }

  #namingOf(error: unknown): Naming | undefined {
    if (this.#unresolved && chainOf(error).includes(this.#unresolved.error)) return this.#unresolved
    const builtin = error instanceof Error ? /^No such built-in module: (node:\S+)$/.exec(error.message) : undefined
    return builtin ? this.#namedBy.get(builtin[1]!) : undefined
  }
}

/** Whether a loaded module has not finished: if it has, importing it again takes no time. */
async function isPending(url: string): Promise<boolean> {
  const done = import(url).then(
    () => false,
    () => false,
  )
  return Promise.race([done, setTimeout(PENDING_MS, true)])
}

/** Whether the evaluation of a module has failed with this. */
async function hasThrown(url: string, thrown: unknown): Promise<boolean> {
  const done = import(url).then(
    () => false,
    (reason: unknown) => Object.is(reason, thrown),
  )
  return Promise.race([done, setTimeout(PENDING_MS, false)])
}

/** The package.json that Node.js cannot read, from its message. */
function brokenManifest(error: unknown): string | undefined {
  if ((error as NodeJS.ErrnoException | undefined)?.code !== 'ERR_INVALID_PACKAGE_CONFIG') return undefined
  return /^Invalid package config (.*?package\.json)/.exec((error as Error).message)?.[1]
}

/** An error and its chain of causes. */
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
    return '' // deleted in the meantime
  }
}
