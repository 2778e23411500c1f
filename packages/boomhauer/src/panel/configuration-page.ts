import { html } from '@arlen/error-report/page'
import type { SettingInfo } from '../child/protocol.ts'
import { filterForm, type Page, table } from './layout.ts'

/** The settings with the source of each, or those that contain a text. Secrets are masked. */
export function configurationPage(all: readonly SettingInfo[], query: string): Page {
  const settings = all.filter(({ key, source }) => `${key} ${source}`.toLowerCase().includes(query.toLowerCase()))
  const rows = settings.map(
    ({ key, value, source }) => html`<tr><td>${key}</td><td>${value}</td><td>${source}</td></tr>`,
  )
  const content = html`${filterForm('configuration', query)}${table(['Setting', 'Value', 'From'], rows, 'No settings are known.')}`
  return { title: 'Configuration', section: 'configuration', json: settings, content, reloads: true }
}
