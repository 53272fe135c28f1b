import './courtyard.css'

/** A house with its yard at the foot of a hill, by day and by night: the place that Madang is named after. Nothing to read. */
export function Courtyard() {
  return (
    <svg class="courtyard" viewBox="0 0 640 460" aria-hidden="true" preserveAspectRatio="xMidYMax slice">
      <path class="courtyard-sky" d="M0 0H640V460H0Z" />
      <circle class="courtyard-sun" cx="428" cy="92" r="42" />
      <path class="courtyard-far" d="M0 238C80 196 150 178 246 216S410 158 516 196 610 196 640 184V460H0Z" />
      <path class="courtyard-near" d="M0 292C110 244 216 262 330 276S548 236 640 266V460H0Z" />
      <path class="courtyard-yard" d="M0 366C180 352 460 352 640 366V460H0Z" />
      <House />
      <path class="courtyard-glow" d="M263 372H397L452 460H208Z" />
      <Yard />
      <Pine />
      <Persimmons />
    </svg>
  )
}

function House() {
  return (
    <g>
      <path class="courtyard-stone" d="M150 352H510L520 374H140Z" />
      <path class="courtyard-wall" d="M180 262H480V352H180Z" />
      <path
        class="courtyard-light"
        d="M188 284H252V330H188ZM263 280H327V344H263ZM333 280H397V344H333ZM408 284H472V330H408Z"
      />
      <path
        class="courtyard-lattice"
        d="M204 284V330M220 284V330M236 284V330M188 296H252M188 307H252M188 318H252M279 280V344M295 280V344M311 280V344M263 296H327M263 312H327M263 328H327M349 280V344M365 280V344M381 280V344M333 296H397M333 312H397M333 328H397M424 284V330M440 284V330M456 284V330M408 296H472M408 307H472M408 318H472"
      />
      <path
        class="courtyard-wood"
        d="M168 252H492V265H168ZM178 262H187V354H178ZM253 262H262V354H253ZM326 262H335V354H326ZM398 262H407V354H398ZM473 262H482V354H473ZM178 344H482V352H178Z"
      />
      <path
        class="courtyard-roof"
        d="M104 236C150 258 240 262 330 262C420 262 510 258 556 236C520 222 470 192 448 166C400 176 260 176 212 166C190 192 140 222 104 236Z"
      />
      <path
        class="courtyard-tiles"
        d="M221 169Q177 213 117 238M230 171Q189 216 132 243M240 172Q201 219 148 247M250 173Q215 221 166 250M260 174Q229 223 185 253M271 174Q244 224 206 255M282 175Q259 226 227 256M293 175Q274 226 249 257M303 176Q290 227 272 258M314 176Q306 227 295 259M325 176Q322 228 318 259M335 176Q338 228 342 259M346 176Q354 227 365 259M357 176Q370 227 388 258M367 175Q386 226 411 257M378 175Q401 226 433 256M389 174Q416 224 454 255M400 174Q431 223 475 253M410 173Q445 221 494 250M420 172Q459 219 512 247M430 171Q471 216 528 243M439 169Q483 213 543 238"
      />
      <path
        class="courtyard-ends"
        d="M104 235h.01M117 240h.01M132 245h.01M148 249h.01M166 252h.01M185 255h.01M206 257h.01M227 258h.01M249 259h.01M272 260h.01M295 261h.01M318 261h.01M342 261h.01M365 261h.01M388 260h.01M411 259h.01M433 258h.01M454 257h.01M475 255h.01M494 252h.01M512 249h.01M528 245h.01M543 240h.01M556 235h.01"
      />
      <path class="courtyard-ridge" d="M200 156C250 172 410 172 460 156L464 168C410 184 250 184 196 168Z" />
    </g>
  )
}

/** Stepping stones to the door, and jars of sauce in the sun. */
function Yard() {
  return (
    <g>
      <ellipse class="courtyard-stone" cx="330" cy="394" rx="30" ry="7" />
      <ellipse class="courtyard-stone" cx="318" cy="420" rx="36" ry="8" />
      <ellipse class="courtyard-stone" cx="336" cy="448" rx="44" ry="10" />
      <path
        class="courtyard-jar"
        d="M540 348H572C584 358 588 372 580 392H532C524 372 528 358 540 348ZM585 362H609C618 370 621 380 615 394H579C573 380 576 370 585 362Z"
      />
      <path class="courtyard-lid" d="M536 342H576V350H536ZM582 356H612V363H582Z" />
    </g>
  )
}

function Pine() {
  return (
    <g>
      <path class="courtyard-trunk" d="M62 404C72 350 52 320 74 282S104 226 96 190" />
      <path class="courtyard-trunk courtyard-bough" d="M66 322C48 312 34 306 22 306M80 268C104 262 118 258 132 262" />
      <ellipse class="courtyard-needles" cx="96" cy="184" rx="52" ry="21" />
      <ellipse class="courtyard-needles" cx="128" cy="252" rx="44" ry="17" />
      <ellipse class="courtyard-needles" cx="44" cy="232" rx="40" ry="16" />
      <ellipse class="courtyard-needles" cx="26" cy="298" rx="40" ry="16" />
      <path class="courtyard-tufts" d="M62 178q34-18 66-2M104 248q24-12 50 0M18 228q26-12 50 0M0 294q22-11 46 0" />
    </g>
  )
}

function Persimmons() {
  return (
    <g>
      <path
        class="courtyard-twig"
        d="M640 38C600 44 574 60 548 62M596 50C588 66 580 74 572 92M622 42C622 66 616 78 612 104"
      />
      <path
        class="courtyard-leaf"
        d="M548 62C534 48 518 50 508 60 522 70 536 72 548 62ZM596 50C590 34 576 26 562 30 566 44 580 52 596 50ZM620 44C628 30 640 26 640 26V46C634 50 626 50 620 44Z"
      />
      <path
        class="courtyard-fruit"
        d="M572 92m-15 15a15 14 0 1 0 30 0a15 14 0 1 0-30 0M612 104m-16 16a16 15 0 1 0 32 0a16 15 0 1 0-32 0M536 66m-12 13a12 11 0 1 0 24 0a12 11 0 1 0-24 0"
      />
      <path class="courtyard-calyx" d="M563 95q9 7 18 0l-9-5ZM602 108q10 7 20 0l-10-6ZM529 70q7 6 14 0l-7-4Z" />
    </g>
  )
}
