import { PAGE_STYLE } from '@arlen/error-report/page'

/** The look of the notices over a page, in a shadow tree. */
export const NOTICE_STYLE: string = `${PAGE_STYLE.replace(':root', ':host').replace(/:root\{/g, ':host{')}
:host{all:initial;position:fixed;z-index:2147483647;right:1rem;bottom:1rem;max-width:min(46rem,calc(100vw - 2rem));color:var(--fg);font:14px/1.5 system-ui,sans-serif}
section{background:var(--card);border:1px solid var(--line);border-left:4px solid var(--warn);border-radius:6px;box-shadow:0 4px 24px #0003;margin-top:.5rem;overflow:hidden}
section section{border:0;box-shadow:none}
.bar{display:flex;gap:.5rem;align-items:center}.bar button{margin:0;background:none;color:inherit;border-radius:0}
.bar .title{flex:1;text-align:left}.bar .close{color:var(--dim);font-weight:400}
.body{max-height:60vh;overflow:auto;padding:0 1rem 1rem;border-top:1px solid var(--line)}`
