// Suggestions while typing, in the field's own list; without it all works.
"use strict";
for (const field of document.querySelectorAll("input[data-complete]")) {
	const list = document.getElementById(field.getAttribute("list"));
	let timer;
	let asked = "";
	const show = async (text) => {
		const url = field.dataset.complete + "?q=" + encodeURIComponent(text);
		const answer = await fetch(url).catch(() => null);
		if (!answer || !answer.ok || text !== asked) return;
		const { items } = await answer.json();
		list.replaceChildren(
			...items.map(({ value, label }) => {
				const option = document.createElement("option");
				option.value = label ?? value;
				return option;
			}),
		);
	};
	field.addEventListener("input", () => {
		const text = field.value.trim();
		if (text === asked) return;
		asked = text;
		clearTimeout(timer);
		if (text.length >= 2) timer = setTimeout(show, 150, text);
		else list.replaceChildren();
	});
}
