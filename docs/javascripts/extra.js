// Tables that scroll sideways can be scrolled with the keyboard, and the search says what it is.
document$.subscribe(() => {
  for (const each of document.querySelectorAll(".md-typeset__scrollwrap")) each.tabIndex = 0
  document.querySelector(".md-search")?.setAttribute("aria-label", "Search")
})
