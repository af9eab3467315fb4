"""The time zone that is usual at a place: of a country (where it has several, that of its capital), and of provinces that
keep another one. After the table zone.tab of the IANA time zone database, which is in the public domain."""

_COUNTRIES = """
AD Europe/Andorra AE Asia/Dubai AF Asia/Kabul AG America/Antigua AI America/Anguilla AL Europe/Tirane AM Asia/Yerevan AO Africa/Luanda AR
America/Argentina/Buenos_Aires AS Pacific/Pago_Pago AT Europe/Vienna AU Australia/Sydney AW America/Aruba AX Europe/Mariehamn AZ Asia/Baku BA
Europe/Sarajevo BB America/Barbados BD Asia/Dhaka BE Europe/Brussels BF Africa/Ouagadougou BG Europe/Sofia BH Asia/Bahrain BI Africa/Bujumbura BJ
Africa/Porto-Novo BL America/St_Barthelemy BM Atlantic/Bermuda BN Asia/Brunei BO America/La_Paz BQ America/Kralendijk BR America/Sao_Paulo BS
America/Nassau BT Asia/Thimphu BW Africa/Gaborone BY Europe/Minsk BZ America/Belize CA America/Toronto CC Indian/Cocos CD Africa/Kinshasa CF
Africa/Bangui CG Africa/Brazzaville CH Europe/Zurich CI Africa/Abidjan CK Pacific/Rarotonga CL America/Santiago CM Africa/Douala CN Asia/Shanghai CO
America/Bogota CR America/Costa_Rica CU America/Havana CV Atlantic/Cape_Verde CW America/Curacao CX Indian/Christmas CY Asia/Nicosia CZ Europe/Prague
DE Europe/Berlin DJ Africa/Djibouti DK Europe/Copenhagen DM America/Dominica DO America/Santo_Domingo DZ Africa/Algiers EC America/Guayaquil EE
Europe/Tallinn EG Africa/Cairo EH Africa/El_Aaiun ER Africa/Asmara ES Europe/Madrid ET Africa/Addis_Ababa EU Europe/Brussels FI Europe/Helsinki FJ
Pacific/Fiji FK Atlantic/Stanley FM Pacific/Pohnpei FO Atlantic/Faroe FR Europe/Paris GA Africa/Libreville GB Europe/London GD America/Grenada GE
Asia/Tbilisi GF America/Cayenne GG Europe/Guernsey GH Africa/Accra GI Europe/Gibraltar GL America/Nuuk GM Africa/Banjul GN Africa/Conakry GP
America/Guadeloupe GQ Africa/Malabo GR Europe/Athens GS Atlantic/South_Georgia GT America/Guatemala GU Pacific/Guam GW Africa/Bissau GY America/Guyana
HK Asia/Hong_Kong HN America/Tegucigalpa HR Europe/Zagreb HT America/Port-au-Prince HU Europe/Budapest ID Asia/Jakarta IE Europe/Dublin IL
Asia/Jerusalem IM Europe/Isle_of_Man IN Asia/Kolkata IO Indian/Chagos IQ Asia/Baghdad IR Asia/Tehran IS Atlantic/Reykjavik IT Europe/Rome JE
Europe/Jersey JM America/Jamaica JO Asia/Amman JP Asia/Tokyo KE Africa/Nairobi KG Asia/Bishkek KH Asia/Phnom_Penh KI Pacific/Tarawa KM Indian/Comoro
KN America/St_Kitts KP Asia/Pyongyang KR Asia/Seoul KW Asia/Kuwait KY America/Cayman KZ Asia/Almaty LA Asia/Vientiane LB Asia/Beirut LC
America/St_Lucia LI Europe/Vaduz LK Asia/Colombo LR Africa/Monrovia LS Africa/Maseru LT Europe/Vilnius LU Europe/Luxembourg LV Europe/Riga LY
Africa/Tripoli MA Africa/Casablanca MC Europe/Monaco MD Europe/Chisinau ME Europe/Podgorica MF America/Marigot MG Indian/Antananarivo MH
Pacific/Majuro MK Europe/Skopje ML Africa/Bamako MM Asia/Yangon MN Asia/Ulaanbaatar MO Asia/Macau MP Pacific/Saipan MQ America/Martinique MR
Africa/Nouakchott MS America/Montserrat MT Europe/Malta MU Indian/Mauritius MV Indian/Maldives MW Africa/Blantyre MX America/Mexico_City MY
Asia/Kuala_Lumpur MZ Africa/Maputo NA Africa/Windhoek NC Pacific/Noumea NE Africa/Niamey NF Pacific/Norfolk NG Africa/Lagos NI America/Managua NL
Europe/Amsterdam NO Europe/Oslo NP Asia/Kathmandu NR Pacific/Nauru NU Pacific/Niue NZ Pacific/Auckland OM Asia/Muscat PA America/Panama PE
America/Lima PF Pacific/Tahiti PG Pacific/Port_Moresby PH Asia/Manila PK Asia/Karachi PL Europe/Warsaw PM America/Miquelon PN Pacific/Pitcairn PR
America/Puerto_Rico PS Asia/Hebron PT Europe/Lisbon PW Pacific/Palau PY America/Asuncion QA Asia/Qatar RE Indian/Reunion RO Europe/Bucharest RS
Europe/Belgrade RU Europe/Moscow RW Africa/Kigali SA Asia/Riyadh SB Pacific/Guadalcanal SC Indian/Mahe SD Africa/Khartoum SE Europe/Stockholm SG
Asia/Singapore SH Atlantic/St_Helena SI Europe/Ljubljana SJ Arctic/Longyearbyen SK Europe/Bratislava SL Africa/Freetown SM Europe/San_Marino SN
Africa/Dakar SO Africa/Mogadishu SR America/Paramaribo SS Africa/Juba ST Africa/Sao_Tome SV America/El_Salvador SX America/Lower_Princes SY
Asia/Damascus SZ Africa/Mbabane TC America/Grand_Turk TD Africa/Ndjamena TF Indian/Kerguelen TG Africa/Lome TH Asia/Bangkok TJ Asia/Dushanbe TK
Pacific/Fakaofo TL Asia/Dili TM Asia/Ashgabat TN Africa/Tunis TO Pacific/Tongatapu TR Europe/Istanbul TT America/Port_of_Spain TV Pacific/Funafuti TW
Asia/Taipei TZ Africa/Dar_es_Salaam UA Europe/Kyiv UG Africa/Kampala US America/New_York UY America/Montevideo UZ Asia/Tashkent VA Europe/Vatican VC
America/St_Vincent VE America/Caracas VG America/Tortola VI America/St_Thomas VN Asia/Ho_Chi_Minh VU Pacific/Efate WF Pacific/Wallis WS Pacific/Apia
YE Asia/Aden YT Indian/Mayotte ZA Africa/Johannesburg ZM Africa/Lusaka ZW Africa/Harare
"""
_PROVINCES = """
US-AK America/Anchorage US-AL America/Chicago US-AR America/Chicago US-AZ America/Phoenix US-CA America/Los_Angeles US-CO America/Denver US-HI
Pacific/Honolulu US-IA America/Chicago US-ID America/Boise US-IL America/Chicago US-IN America/Indiana/Indianapolis US-KS America/Chicago US-LA
America/Chicago US-MI America/Detroit US-MN America/Chicago US-MO America/Chicago US-MS America/Chicago US-MT America/Denver US-ND America/Chicago
US-NE America/Chicago US-NM America/Denver US-NV America/Los_Angeles US-OK America/Chicago US-OR America/Los_Angeles US-SD America/Chicago US-TN
America/Chicago US-TX America/Chicago US-UT America/Denver US-WA America/Los_Angeles US-WI America/Chicago US-WY America/Denver US-PR
America/Puerto_Rico US-GU Pacific/Guam US-AS Pacific/Pago_Pago US-MP Pacific/Saipan US-VI America/St_Thomas CA-AB America/Edmonton CA-BC
America/Vancouver CA-MB America/Winnipeg CA-NB America/Moncton CA-NL America/St_Johns CA-NS America/Halifax CA-NT America/Yellowknife CA-NU
America/Iqaluit CA-PE America/Halifax CA-SK America/Regina CA-YT America/Whitehorse AU-NT Australia/Darwin AU-QLD Australia/Brisbane AU-SA
Australia/Adelaide AU-TAS Australia/Hobart AU-VIC Australia/Melbourne AU-WA Australia/Perth BR-AC America/Rio_Branco BR-AL America/Maceio BR-AM
America/Manaus BR-AP America/Belem BR-BA America/Bahia BR-CE America/Fortaleza BR-MA America/Fortaleza BR-MS America/Campo_Grande BR-MT America/Cuiaba
BR-PA America/Belem BR-PB America/Fortaleza BR-PE America/Recife BR-PI America/Fortaleza BR-RN America/Fortaleza BR-RO America/Porto_Velho BR-RR
America/Boa_Vista BR-SE America/Maceio BR-TO America/Araguaina MX-BCN America/Tijuana MX-BCS America/Mazatlan MX-CHH America/Chihuahua MX-NAY
America/Mazatlan MX-ROO America/Cancun MX-SIN America/Mazatlan MX-SON America/Hermosillo ID-KB Asia/Pontianak ID-BA Asia/Makassar ID-KS Asia/Makassar
ID-KT Asia/Pontianak ID-KI Asia/Makassar ID-KU Asia/Makassar ID-NB Asia/Makassar ID-NT Asia/Makassar ID-SN Asia/Makassar ID-SA Asia/Makassar ID-SR
Asia/Makassar ID-ST Asia/Makassar ID-SG Asia/Makassar ID-GO Asia/Makassar ID-MA Asia/Jayapura ID-MU Asia/Jayapura ID-PA Asia/Jayapura ID-PB
Asia/Jayapura RU-AMU Asia/Yakutsk RU-KAM Asia/Kamchatka RU-KGD Europe/Kaliningrad RU-KHA Asia/Vladivostok RU-IRK Asia/Irkutsk RU-KYA Asia/Krasnoyarsk
RU-NVS Asia/Novosibirsk RU-OMS Asia/Omsk RU-PRI Asia/Vladivostok RU-SAK Asia/Sakhalin RU-SAM Europe/Samara RU-SVE Asia/Yekaterinburg RU-CHE
Asia/Yekaterinburg RU-SA Asia/Yakutsk RU-BA Asia/Yekaterinburg ES-CN Atlantic/Canary PT-20 Atlantic/Azores PT-30 Atlantic/Madeira EC-W
Pacific/Galapagos CL-MA America/Punta_Arenas
"""


def _pairs(text: str) -> dict[str, str]:
    words = text.split()
    return dict(zip(words[::2], words[1::2], strict=True))


BY_PLACE = _pairs(_COUNTRIES) | _pairs(_PROVINCES)


def of_place(place: str | None) -> str:
    """The time zone at a place (ISO 3166); nothing where it is not known."""
    return BY_PLACE.get(place or "") or BY_PLACE.get((place or "").partition("-")[0], "")
