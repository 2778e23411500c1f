/** The look of every failure page and notice: one style sheet, no assets, light and dark. */
export const PAGE_STYLE: string = `
:root{color-scheme:light dark;--bg:#fbfaf8;--fg:#1d1b18;--dim:#6f6a62;--line:#e4dfd6;--card:#fff;--code:#f5f2ec;--bad:#b3261e;--badbg:#fdecea;--warn:#8a5a00;--good:#1f6f43;--goodbg:#e8f5ec;--link:#0b57d0;--mark:#ffe3e0;--comment:#5f5a52;--keyword:#8a2252;--string:#1a6334;--number:#8a4300;--name:#5b3a9e;--tag:#0b4fb3}
@media(prefers-color-scheme:dark){:root{--bg:#161513;--fg:#ece8e1;--dim:#a09a90;--line:#35322d;--card:#1e1c1a;--code:#191715;--bad:#ff8a80;--badbg:#3a1f1d;--warn:#ffcc66;--good:#8fdcae;--goodbg:#1b2f23;--link:#8ab4f8;--mark:#4a2320;--comment:#aaa398;--keyword:#ff9fc0;--string:#9fdcb4;--number:#f2bf7a;--name:#c9b3ff;--tag:#9ec1ff}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--fg);font:15px/1.5 system-ui,sans-serif}
header{border-top:4px solid var(--bad);border-bottom:1px solid var(--line);background:var(--card)}
header>div,main{max-width:68rem;margin:0 auto;padding:1rem 1.5rem}
header p{margin:0;color:var(--dim);font-size:.85rem;display:flex;gap:1rem;flex-wrap:wrap;align-items:center}
.stage{background:var(--badbg);color:var(--bad);border-radius:1rem;padding:.1rem .7rem;font-weight:600}
.stage.warning{color:var(--warn);background:none;border:1px solid}
h1{font-size:1.35rem;line-height:1.35;margin:.6rem 0 .2rem;white-space:pre-wrap;overflow-wrap:anywhere;font-weight:650}
h2{font-size:.8rem;text-transform:uppercase;letter-spacing:.06em;color:var(--dim);margin:1.8rem 0 .5rem}
h3{font-size:1rem;margin:.2rem 0;white-space:pre-wrap;overflow-wrap:anywhere}
.kind{font-family:ui-monospace,monospace;color:var(--bad)}
a{color:var(--link);text-decoration:none}a:hover{text-decoration:underline}
.place{font-family:ui-monospace,monospace;font-size:.9rem;overflow-wrap:anywhere}
pre{margin:.5rem 0;background:var(--code);border:1px solid var(--line);border-radius:6px;overflow:auto;font:13px/1.55 ui-monospace,SFMono-Regular,Menlo,monospace;tab-size:4}
pre.plain{padding:.7rem 1rem;max-height:24rem}
pre span{display:block;padding:0 1rem 0 0;min-width:max-content}
pre i{display:inline-block;width:4.2em;padding-right:1em;text-align:right;color:var(--dim);font-style:normal;user-select:none}
pre b{font-weight:400}pre .comment{color:var(--comment)}pre .keyword{color:var(--keyword)}pre .string{color:var(--string)}pre .number{color:var(--number)}pre .name{color:var(--name)}pre .tag{color:var(--tag)}
pre .hit{background:var(--mark)}pre .hit i{color:var(--bad);font-weight:700}
pre .caret{background:var(--mark);color:var(--bad);font-weight:700;line-height:1}
.hint{background:var(--goodbg);color:var(--good);border-radius:6px;padding:.6rem 1rem;margin:.8rem 0}
.cause{border-left:3px solid var(--line);padding-left:1rem;margin:.8rem 0}
details{border:1px solid var(--line);border-radius:6px;background:var(--card);margin:.4rem 0}
summary{cursor:pointer;padding:.45rem .9rem;overflow-wrap:anywhere}
details>div{padding:0 .9rem .6rem}
ol{list-style:none;margin:.3rem 0;padding:0}ol li{padding:.15rem 0;overflow-wrap:anywhere}
.call{display:flex;flex-wrap:wrap;gap:0 .8rem;align-items:baseline}.call>details{flex:1 1 18rem;min-width:0}
.fn{font-family:ui-monospace,monospace}.folded{color:var(--dim)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;margin:.3rem 0;font:13px/1.5 ui-monospace,monospace}
dt{color:var(--dim)}dd{margin:0;overflow-wrap:anywhere}
button{font:inherit;font-weight:600;color:#fff;background:#1f6f43;border:0;border-radius:6px;padding:.5rem 1rem;cursor:pointer;margin:.6rem 0}
button.copy{background:none;color:var(--link);border:1px solid var(--line)}
.actions{display:flex;flex-wrap:wrap;gap:.6rem;align-items:center}.copied{color:var(--dim);font-size:.9rem}
.as-text{margin-top:1.8rem}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}
[hidden]{display:none}
footer{max-width:68rem;margin:0 auto;padding:0 1.5rem 2rem;color:var(--dim);font-size:.85rem;overflow-wrap:anywhere}
@media(max-width:40rem){header>div,main{padding:.8rem 1rem}h1{font-size:1.15rem}pre i{width:3.2em}dl{grid-template-columns:1fr;gap:0}dt{margin-top:.4rem}footer{padding:0 1rem 1.5rem}button{padding:.65rem 1rem}}
`.trim()
