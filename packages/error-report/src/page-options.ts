import { type OptionTable, option } from '@arlen/core/options'

/** Options of the page for a failure. */
export interface PageOptions {
  /** The application's folder, for links into the editor. Default: the working folder. */
  root?: string
  /** The editor to link to; see {@link editorLink}. Default: `BOOMHAUER_EDITOR`. Without either, locations are plain text. */
  editor?: string | undefined
  /** Buttons of the page, besides those of its diagnostics. The development server acts on them. */
  actions?: readonly { name: string; label: string }[]
}

/** What each of {@link PageOptions} takes. */
export const PAGE_OPTIONS: OptionTable<PageOptions> = {
  root: option.string,
  editor: option.string,
  actions: option.listOf(option.object),
}

/** The path below which the development server serves its own pages, forms and scripts. */
export const DEVELOPMENT_PATH = '/_boomhauer/'
