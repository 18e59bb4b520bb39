'use strict';
document.documentElement.classList.add('alive');
if (window.d3) document.querySelectorAll('.scripted').forEach((e) => e.remove());
panel.start();
marks.start();
table.start();
parallel.start();
curves.start();
