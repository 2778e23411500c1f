import type { Format } from './escape.ts'

/** The extension of templates; what stands before it is their format, `html` where it is anything unknown. */
export const EXTENSION = '.ets'

/** `users/show.html.ets` is called `users/show`, `mail/hello.txt.ets` is called `mail/hello.txt`. */
export function nameOfFile(path: string): string {
  const name = path.replaceAll('\\', '/').slice(0, -EXTENSION.length)
  return name.endsWith('.html') ? name.slice(0, -'.html'.length) : name
}

/** The files a template of that name may be in, the likeliest first. */
export function filesOfName(name: string): string[] {
  return [`${name}.html${EXTENSION}`, `${name}${EXTENSION}`]
}

export function formatOf(path: string): Format {
  const name = path.endsWith(EXTENSION) ? path.slice(0, -EXTENSION.length) : path
  if (name.endsWith('.txt')) return 'txt'
  return name.endsWith('.json') ? 'json' : 'html'
}

export function contentTypeOf(name: string): string {
  return { html: 'text/html; charset=utf-8', txt: 'text/plain; charset=utf-8', json: 'application/json' }[
    formatOf(name)
  ]
}

/** Whether a name stays below the folder of templates: no empty, `.` or `..` segments, and no separators but `/`. */
export function isTemplateName(name: string): boolean {
  return /^[^\\\0:]+$/.test(name) && name.split('/').every(part => part !== '' && !/^\.+$/.test(part))
}
