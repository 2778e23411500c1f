import { isSecretName } from '@arlen/core/secrets'
import { looksLikeConninfo, readConninfo } from './conninfo.ts'
import { isKnown, isSecret } from './parameters.ts'

/** A connection string as it may be shown, however broken it is: nothing of what may be user name and password. */
export function hidePassword(dsn: string): string {
  return looksLikeConninfo(dsn) ? hideInConninfo(dsn) : hideInUri(dsn)
}

/** What follows a secret may be the rest of it, up to a parameter that exists. */
function hideInConninfo(dsn: string): string {
  const { entries, fault } = readConninfo(dsn)
  const shown = entries.map(([name, value]) => {
    if (!isKnown(name)) return '…'
    return `${name}=${isSecret(name) ? '***' : quoted(value)}`
  })
  return [...shown, ...(fault === undefined ? [] : ['…'])].join(' ')
}

function quoted(value: string): string {
  return /^[^\s'\\]+$/.test(value) ? value : `'${value.replace(/['\\]/g, '\\$&')}'`
}

function hideInUri(dsn: string): string {
  const scheme = /^[a-z]+:\/\//i.exec(dsn)?.[0] ?? ''
  const at = dsn.lastIndexOf('@')
  const rest =
    at >= 0
      ? `***@${dsn.slice(at + 1)}`
      : dsn.slice(scheme.length).replace(/^([^/?:]*):(?!\d+(?:[/?]|$))[^/?]*/, '$1:***')
  const [before = '', ...query] = rest.split('?')
  return scheme + [before, ...query.map(hideInQuery)].join('?').replace(LOOSE, '$1***')
}

/** In what is not a URI at all. */
const LOOSE = /((?:pass(?:word|wd)?|pwd|secret)\s*=\s*)(?:'[^']*'|[^&\s]*)/gi

function hideInQuery(query: string): string {
  let hidden = false
  return query
    .split('&')
    .filter(part => {
      const name = part.slice(0, Math.max(0, part.indexOf('=')))
      if (isKnown(name)) hidden = isSecret(name)
      return isKnown(name) || !hidden
    })
    .map(part => {
      const name = part.slice(0, Math.max(0, part.indexOf('=')))
      return isSecretName(name) || name.includes('_key') ? `${name}=***` : part
    })
    .join('&')
}
