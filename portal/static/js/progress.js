// Looks again every two seconds, as long as something is under way. Without it, a link does.
for (const place of document.querySelectorAll('[data-module="progress"]')) {
  const look = async () => {
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector('[data-module="progress"]');
      if (!answer.ok || !fresh) return location.reload();
      place.replaceChildren(...fresh.childNodes);
    } catch {
      // The network is away: look again later.
    }
    setTimeout(look, 2000);
  };
  setTimeout(look, 2000);
}
